"""The contenders, used as their users use them; each in a process of its own, which may crash.

Each is a module with a class ``Session(port, tell)`` that connects, and whose methods the process
that runs the faults may call:

``values(device)``
    returns what it shows of a device, by "PROPERTY.MEMBER": numbers, and text for all else;
``write(device, name, member, text)``
    asks for a text property;
``expose(device, seconds)``
    starts an exposure;
``stumble()``
    makes the callback for the next change raise an exception, as a typo does;
``close()``
    ends it.

``tell(word)`` is called when the library itself tells of something: "connected", "lost" (the link),
"gone" (a device or property), or "failed" (what was asked for).
"""
