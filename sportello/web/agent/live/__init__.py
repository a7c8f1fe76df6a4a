"""What agents see without reloading: a stream of server-sent events for each page. docs/algorithms/live.md"""
