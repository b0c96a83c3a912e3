"""The dashboard's figures: pure queries over the documents that a person may see, and typed results.

``Scope`` says what is counted; ``spend``, ``tax``, ``dues`` and ``work`` count and make ``Figure``s; ``cells`` is the
one place that says which documents stand behind a number.
"""
