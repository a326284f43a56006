"""The contenders. Each is a module that says how to use one library, under the same names:

``numbers(session, take)``
    hands the first number of each update to `take`;
``images(session, take)``
    hands each frame to `take`, as bytes;
``pixels(frame)``
    makes an array of 16-bit pixels of a frame's bytes;
``definitions(port, take)``
    connects and hands the name of each new property to `take`;
``IMPORT``
    is the statement that imports it.

The functions but `pixels` are context managers, which end the connection. A contender that does not
decode frames says with ``CRC`` and ``contents(frame)`` what they are checked against. A contender
may also do a whole job in its own way: any function of `jobs`, under its name there.
"""
