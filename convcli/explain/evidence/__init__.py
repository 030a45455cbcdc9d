"""What an error's text and the user's files say, read and never run."""
