"""Whole-body transport of vesicles: release, blood, lymph, uptake, decay."""

from .exposure import UptakeLaw

__all__ = ["UptakeLaw"]
