"""A request becomes an accepted fax: its form is read, its recipients and files are checked, and it is stored."""
