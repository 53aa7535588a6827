"""Borders: which share of what an output reads is padding, where the first clean output is, what a tile needs."""

import streamlit as st

from convviz.analysis import Network


def show_borders(network: Network, node: str) -> None:
    """Show the borders of a node."""
    st.caption(f"{len(network.nodes)} {node}")
