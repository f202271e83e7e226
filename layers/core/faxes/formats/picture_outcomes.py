"""What a picture's decoder may find, as one byte says it."""

# It decodes; it does not; its data ends long before it; it takes more memory than there is.
WHOLE, BROKEN, CUT_OFF, TOO_LARGE = range(4)
