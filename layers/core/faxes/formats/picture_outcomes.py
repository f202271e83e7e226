"""What a picture's decoder may find, as one byte says it."""

# It decodes; it does not; its data ends long before it; it takes more memory than there is; it would be too small on
# the paper.
WHOLE, BROKEN, CUT_OFF, TOO_LARGE, TOO_LONG = range(5)
