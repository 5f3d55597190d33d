"""YAML read the way people mean it: safe, with limits, the place of every value kept, and problems told in words."""

from loa.yamlfile.loader import Path_, YamlFile, load, parse, value_at
from loa.yamlfile.validation import Choices, Strict, model_in, validate

__all__ = ["Choices", "Path_", "Strict", "YamlFile", "load", "model_in", "parse", "validate", "value_at"]
