"""The Streamlit pages and the HTTP routes: the only part that knows the web."""
