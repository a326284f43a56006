"""What an astronomer says to telescopes and cameras."""
