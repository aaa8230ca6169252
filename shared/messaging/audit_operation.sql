insert into operation_audit (operator, approved_by, operation, target, reason) values ($1, $2, $3, $4, $5);
