select city, count(*) as stations from station where month = :month group by city order by city;
