"""What adapters are made with, and the ports through which the server sees them."""
