"""What there is to say of numbers: findings and their causes."""
