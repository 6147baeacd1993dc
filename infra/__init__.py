"""What stands around the functions; nothing here is deployed with them."""
