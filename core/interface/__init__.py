"""The only package that knows Streamlit: router, shared widgets, cached resources, and how results are drawn."""
