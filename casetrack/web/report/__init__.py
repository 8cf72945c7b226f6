"""The pages of a report, for whoever fills them in: forms by step, and how answers are shown again in words."""
