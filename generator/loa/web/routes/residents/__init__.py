"""Routes for residents: hear a bulletin again, write to the commune; and what the commune does with what they wrote."""
