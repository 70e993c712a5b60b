"""What the course's figures about speed and size come from, one command each."""
