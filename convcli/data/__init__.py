"""The user's arrays, in and out, and the arrays that come along: the post's samples and the classic filters."""
