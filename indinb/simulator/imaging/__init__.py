"""The camera's pictures: from what a telescope sees to what its sensor delivers.

Pure functions on arrays: the same scene, seed and frame number give the same bytes. Rows are
stored top-down; pixels are counted from 0, and whole numbers are their centres.
"""
