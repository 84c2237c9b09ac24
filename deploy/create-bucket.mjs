// Makes the bucket that the ORATOR_S3_* variables name, unless it is there. Plain JavaScript: it runs beside the image's packages.
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';

const {
  ORATOR_S3_BUCKET: bucket,
  ORATOR_S3_ENDPOINT: endpoint,
  ORATOR_S3_REGION: region,
  ORATOR_S3_PATH_STYLE: pathStyle,
  ORATOR_S3_ACCESS_KEY_ID: accessKeyId,
  ORATOR_S3_SECRET_ACCESS_KEY: secretAccessKey,
} = process.env;

const client = new S3Client({
  endpoint,
  region,
  forcePathStyle: pathStyle === 'true',
  credentials: { accessKeyId, secretAccessKey },
});
try {
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  console.log(`The bucket ${bucket} was made.`);
} catch (error) {
  if (error.name !== 'BucketAlreadyOwnedByYou' && error.name !== 'BucketAlreadyExists') throw error;
  console.log(`The bucket ${bucket} is there.`);
}
