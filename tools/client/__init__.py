"""What a client does: it logs in, sends a fax, and compares what is answered."""
