/* SPDX-License-Identifier: GPL-3.0-or-later */
/* registry -- the services that a scenario may name; the order is enum component_order. */
#include "models/alarm.h"
#include "models/alb.h"
#include "models/asg.h"
#include "models/cloudfront.h"
#include "models/deployment.h"
#include "models/eks.h"
#include "models/elasticache.h"
#include "models/rds.h"
#include "models/route53.h"
#include "models/s3.h"
#include "models/sqs.h"
#include "models/waf.h"

const struct component_type *const component_types[KIND_COUNT] = {
    [KIND_ROUTE53] = &route53_type,
    [KIND_CLOUDFRONT] = &cloudfront_type,
    [KIND_WAF] = &waf_type,
    [KIND_S3] = &s3_type,
    [KIND_ALB] = &alb_type,
    [KIND_ASG] = &asg_type,
    [KIND_ELASTICACHE] = &elasticache_type,
    [KIND_RDS] = &rds_type,
    [KIND_SQS] = &sqs_type,
    [KIND_EKS] = &eks_type,
    [KIND_DEPLOYMENT] = &deployment_type,
    [KIND_ALARM] = &alarm_type,
};
