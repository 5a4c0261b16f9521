"""The parts of the page, one file each; every one turns a run into markup."""
