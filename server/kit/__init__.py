"""Small parts without domain words and without I/O."""
