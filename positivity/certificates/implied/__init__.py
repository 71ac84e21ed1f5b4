"""What follows from proofs: whether a statement of a document is implied by what the verifier proved.

Nothing here finds functionals or imports what does.  A function takes `solvers.verify.Proof`s and a question as
read by `asked`, and either returns what is implied or raises Refused with the reason; what a document says of
itself is never used but to be compared.
"""
