"""Pages of the portal: one module per page. A page holds no rule: it asks `queries`, arranges and shows."""
