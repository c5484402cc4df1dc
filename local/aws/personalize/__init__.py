"""Amazon Personalize: batch inference jobs, and what they refer to."""
