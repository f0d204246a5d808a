"""What vendors speak: one folder per provider, and `kit`, which they are made with."""
