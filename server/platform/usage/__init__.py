"""What callers use of the contract: counted, shown to them, and told in time where it ends."""
