"""HTML: the agents' pages, the customers' pages, and the fragments both are made of."""
