"""Tracing array expressions, generating compiled code from them, and solving what they describe."""
