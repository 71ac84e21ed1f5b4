"""Linear, conic and certified programs over a positive measure; they know no physics.

The verifier is `solvers.verify`; it imports nothing else of this package.
"""
