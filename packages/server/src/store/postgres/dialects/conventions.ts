import type { Dialect } from './dialect.ts'

/** OpenTelemetry's conventions beyond GenAI, old names behind the new ones: HTTP (v1.23 migration), databases (v1.30). */
export const conventions: Dialect = {
  http_method_id: ['http.request.method', 'http.method'],
  http_route_id: ['http.route'],
  http_status_code: ['http.response.status_code', 'http.status_code'],
  db_system_id: ['db.system.name', 'db.system'],
  db_operation_id: ['db.operation.name', 'db.operation'],
  db_collection_id: ['db.collection.name', 'db.sql.table'],
  error_type_id: ['error.type'],
  user_id: ['user.id', 'enduser.id'],
}
