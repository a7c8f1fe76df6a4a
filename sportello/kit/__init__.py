"""What would make sense in a program without tickets."""
