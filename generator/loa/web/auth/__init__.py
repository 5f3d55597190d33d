"""Who a person is and what they may do: accounts, roles, sessions, the audit."""
