"""The stores, on AWS. Nothing above this package sees botocore."""
