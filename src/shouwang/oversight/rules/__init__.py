"""Pure rules of the policy lab."""
