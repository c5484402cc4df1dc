"""What is looked up in AWS before anything is submitted."""
