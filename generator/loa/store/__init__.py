"""The station's database: approvals, the as-run log, the ledger of claims, the lease, alarms and requests."""
