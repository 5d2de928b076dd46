"""Customers who are in the CRM more than once."""
