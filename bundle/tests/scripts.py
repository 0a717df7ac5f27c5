"""The scripts of bundle/ as modules: their names have no ending and some a hyphen."""

import sys
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path

BUNDLE = Path(__file__).resolve().parent.parent
ROOT = BUNDLE.parent
sys.path.insert(0, str(BUNDLE))
sys.dont_write_bytecode = True


def load(name):
    """A script, without running it."""
    loader = SourceFileLoader(name.replace("-", "_"), str(BUNDLE / name))
    module = module_from_spec(spec_from_loader(loader.name, loader))
    loader.exec_module(module)
    return module
