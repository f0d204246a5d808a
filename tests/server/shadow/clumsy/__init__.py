"""A provider whose adapter has a fault, installed beside Corridor for the tests of shadows."""
