"""The embedded compact reference: small sourced tables that let every command work with nothing downloaded."""
