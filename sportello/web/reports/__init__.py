"""The pages of figures: dashboards, the tickets behind any figure, and what others build on them. docs/reports.md"""
