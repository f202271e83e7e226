"""What an operator does with a stack, a deployed one or the local one; the pages for operators tell when."""
