"""Questions that people put together themselves: `question` what is asked and kept, `grid` the answer as a table or
pivot, `drawing` the chart that fits it. docs/explorer.md"""
