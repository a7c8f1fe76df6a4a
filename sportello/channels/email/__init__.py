"""Mail in: fetch and listen bring raw bytes, parse reads them, thread finds their ticket, receive calls the verb."""
