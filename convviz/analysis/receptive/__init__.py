"""Receptive fields: which input cells an output reads, through how many paths, in any network without cycles."""
