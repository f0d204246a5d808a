"""Access: the companies that an installation serves, and the keys by which their programs call it."""
