"""What is not to be collected: scripts, whose PyIndi is only there when they are run."""

collect_ignore = ["scripts"]
