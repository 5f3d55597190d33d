"""Messages from outside: CAP 1.2 and Loa's own JSON form, who may send what, and whom a message reaches."""
